/* What test programs may call: support.c. */
void put_text(const char *text);
void put_int(int value);
void put_hex(unsigned value);
void put_wide(unsigned long long value);
void put_line(void);
/* Prints "name value" as hexadecimal of 16 digits. */
void show(const char *name, unsigned long long value);
