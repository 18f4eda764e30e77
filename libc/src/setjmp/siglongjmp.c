/* The signal mask's part of sigsetjmp and siglongjmp; the registers' part is assembly. */
#include <setjmp.h>
#include <signal.h>

/* Called by sigsetjmp before it saves the registers. */
void __save_signal_mask(struct __jump_state *state, int save_mask) {
  state->mask_saved = save_mask != 0;
  if (save_mask) {
    sigset_t mask;
    sigprocmask(SIG_BLOCK, 0, &mask);
    state->mask[0] = mask.__bits[0];
    state->mask[1] = mask.__bits[1];
  }
}

void siglongjmp(sigjmp_buf state, int value) {
  if (state[0].mask_saved) {
    sigset_t mask;
    mask.__bits[0] = state[0].mask[0];
    mask.__bits[1] = state[0].mask[1];
    sigprocmask(SIG_SETMASK, &mask, 0);
  }
  longjmp(state, value);
}
