/*
 * The floating-point environment (C11 7.6) of a machine without a floating-point unit: arithmetic rounds to nearest and keeps no
 * exception flags. So FE_ALL_EXCEPT is 0, and FE_TONEAREST is the only direction.
 */
#ifndef _FENV_H
#define _FENV_H

typedef unsigned int fexcept_t;
typedef struct {
  unsigned int unused;
} fenv_t;

#define FE_ALL_EXCEPT 0
#define FE_TONEAREST 0
#define FE_DFL_ENV ((const fenv_t *)-1)

static inline int feclearexcept(int which) { return which; }
static inline int feraiseexcept(int which) { return which; }
static inline int fetestexcept(int which) { return which & 0; }
static inline int fegetexceptflag(fexcept_t *flags, int which) { *flags = 0; return which; }
static inline int fesetexceptflag(const fexcept_t *flags, int which) { return flags == 0 ? which : 0; }
static inline int fegetround(void) { return FE_TONEAREST; }
static inline int fesetround(int direction) { return direction != FE_TONEAREST; }
static inline int fegetenv(fenv_t *env) { env->unused = 0; return 0; }
static inline int feholdexcept(fenv_t *env) { env->unused = 0; return 0; }
static inline int fesetenv(const fenv_t *env) { return env == 0; }
static inline int feupdateenv(const fenv_t *env) { return env == 0; }

#endif
