/* Common definitions for ILP32 (C11 7.19). */
#ifndef _STDDEF_H
#define _STDDEF_H

typedef unsigned int size_t;
typedef int ptrdiff_t;
#ifndef __cplusplus
typedef int wchar_t;
#endif
/* 16: long double is the widest scalar of the ABI. */
typedef long double max_align_t;

#ifdef __cplusplus
#define NULL 0
#else
#define NULL ((void *)0)
#endif

#define offsetof(type, member) __builtin_offsetof(type, member)

#endif
