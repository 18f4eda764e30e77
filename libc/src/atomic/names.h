/* Names that end in the size of the object: PART(type, atomic_load_, parameters) begins __atomic_load_BYTES. Define BYTES first. */
/* The macro's argument with its own macros replaced, then joined. */
#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define PART(type, name, parameters) NAMED_(type, JOIN(name, BYTES), parameters)
#define NAMED_(type, name, parameters) NAMED(type, name, parameters)
