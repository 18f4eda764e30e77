# Where a program begins. The kernel sets sp (16-aligned) to the start stack and leaves every other register zero:
#
#   sp -> argc | argv[0] … argv[argc-1] | 0 | environment … | 0 | auxiliary vector | strings
#
# Sets gp, which linker relaxation counts on (a linker that defines no __global_pointer$ leaves it 0), and hands the
# stack to __libc_start in libc/src/start/start.c.

        .section .text._start,"ax",@progbits
        .globl  _start
        .type   _start, @function
        .weak   __global_pointer$
_start:
        .option push
        .option norelax
        la      gp, __global_pointer$
        .option pop
        mv      a0, sp
        andi    sp, sp, -16
        li      ra, 0                   # a debugger's backtrace ends here
        li      s0, 0
        call    __libc_start
        ebreak                          # not reached
        .size   _start, . - _start
