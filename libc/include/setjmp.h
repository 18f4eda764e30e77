/* Non-local jumps (C11 7.13). */
#ifndef _SETJMP_H
#define _SETJMP_H

/* ra, sp, s0–s11; then for sigsetjmp whether the mask was saved, and the mask. */
struct __jump_state {
  unsigned long registers[14];
  unsigned long mask_saved;
  unsigned long mask[2];
};

typedef struct __jump_state jmp_buf[1];
typedef struct __jump_state sigjmp_buf[1];

#ifdef __cplusplus
extern "C" {
#endif

int setjmp(jmp_buf state);
int _setjmp(jmp_buf state);
void longjmp(jmp_buf state, int value) __attribute__((noreturn));
void _longjmp(jmp_buf state, int value) __attribute__((noreturn));
int sigsetjmp(sigjmp_buf state, int save_mask);
void siglongjmp(sigjmp_buf state, int value) __attribute__((noreturn));

#ifdef __cplusplus
}
#endif

#define setjmp(state) setjmp(state)

#endif
