/* assert (C11 7.2). May be included again with NDEBUG defined differently, so only the function is guarded. */
#undef assert

#ifdef NDEBUG
#define assert(condition) ((void)0)
#else
#define assert(condition) ((condition) ? (void)0 : __assert_fail(#condition, __FILE__, __LINE__, __func__))
#endif

#ifndef _ASSERT_H
#define _ASSERT_H

#ifndef __cplusplus
#define static_assert _Static_assert
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Prints the failed condition and its place to stderr and aborts. */
void __assert_fail(const char *condition, const char *file, unsigned int line, const char *function)
    __attribute__((noreturn));

#ifdef __cplusplus
}
#endif

#endif
