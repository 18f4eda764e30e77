# setjmp and longjmp for the soft-float ABI: the registers that a call must preserve (struct __jump_state in setjmp.h).

        .section .text.setjmp,"ax",@progbits
        .globl  setjmp
        .globl  _setjmp
        .type   setjmp, @function
        .type   _setjmp, @function
setjmp:
_setjmp:
        sw      zero, 56(a0)            # mask_saved = 0
        .globl  __save_registers
__save_registers:                       # int __save_registers(struct __jump_state *): returns 0, or again from longjmp
        sw      ra, 0(a0)
        sw      sp, 4(a0)
        sw      s0, 8(a0)
        sw      s1, 12(a0)
        sw      s2, 16(a0)
        sw      s3, 20(a0)
        sw      s4, 24(a0)
        sw      s5, 28(a0)
        sw      s6, 32(a0)
        sw      s7, 36(a0)
        sw      s8, 40(a0)
        sw      s9, 44(a0)
        sw      s10, 48(a0)
        sw      s11, 52(a0)
        li      a0, 0
        ret
        .size   setjmp, . - setjmp

        .section .text.longjmp,"ax",@progbits
        .globl  longjmp
        .globl  _longjmp
        .type   longjmp, @function
        .type   _longjmp, @function
longjmp:
_longjmp:
        lw      ra, 0(a0)
        lw      sp, 4(a0)
        lw      s0, 8(a0)
        lw      s1, 12(a0)
        lw      s2, 16(a0)
        lw      s3, 20(a0)
        lw      s4, 24(a0)
        lw      s5, 28(a0)
        lw      s6, 32(a0)
        lw      s7, 36(a0)
        lw      s8, 40(a0)
        lw      s9, 44(a0)
        lw      s10, 48(a0)
        lw      s11, 52(a0)
        seqz    a0, a1                  # setjmp must not return 0 from here: 0 becomes 1
        add     a0, a0, a1
        ret
        .size   longjmp, . - longjmp

# int sigsetjmp(sigjmp_buf state, int save_mask): saves the mask in C, then the registers of this call's caller.
        .section .text.sigsetjmp,"ax",@progbits
        .globl  sigsetjmp
        .type   sigsetjmp, @function
sigsetjmp:
        addi    sp, sp, -16
        sw      ra, 12(sp)
        sw      a0, 8(sp)
        call    __save_signal_mask
        lw      a0, 8(sp)
        lw      ra, 12(sp)
        addi    sp, sp, 16
        tail    __save_registers
        .size   sigsetjmp, . - sigsetjmp
