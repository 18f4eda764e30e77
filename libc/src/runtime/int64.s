# 64-bit multiplication, shifts and comparison (GCC internals, "Integer library routines"). In assembly, because a
# compiler would translate the same thing in C to calls of these very functions. a1:a0 and a3:a2 are the operands.

        .section .text.__muldi3,"ax",@progbits
        .globl  __muldi3
        .type   __muldi3, @function
__muldi3:
        mul     a1, a1, a2
        mul     a3, a3, a0
        mulhu   a4, a0, a2
        mul     a0, a0, a2
        add     a1, a1, a3
        add     a1, a1, a4
        ret
        .size   __muldi3, . - __muldi3

# Shifts by a2, 0 to 63. The bits that cross between the words are shifted in two steps, because a shift by 32 is none.
        .section .text.__ashldi3,"ax",@progbits
        .globl  __ashldi3
        .type   __ashldi3, @function
__ashldi3:
        andi    a3, a2, 32
        bnez    a3, 1f
        not     a3, a2
        srli    a4, a0, 1
        srl     a4, a4, a3              # a0 >> (32 - a2)
        sll     a1, a1, a2
        or      a1, a1, a4
        sll     a0, a0, a2
        ret
1:      sll     a1, a0, a2              # the hardware takes a2 modulo 32
        li      a0, 0
        ret
        .size   __ashldi3, . - __ashldi3

        .section .text.__lshrdi3,"ax",@progbits
        .globl  __lshrdi3
        .type   __lshrdi3, @function
__lshrdi3:
        andi    a3, a2, 32
        bnez    a3, 1f
        not     a3, a2
        slli    a4, a1, 1
        sll     a4, a4, a3              # a1 << (32 - a2)
        srl     a0, a0, a2
        or      a0, a0, a4
        srl     a1, a1, a2
        ret
1:      srl     a0, a1, a2
        li      a1, 0
        ret
        .size   __lshrdi3, . - __lshrdi3

        .section .text.__ashrdi3,"ax",@progbits
        .globl  __ashrdi3
        .type   __ashrdi3, @function
__ashrdi3:
        andi    a3, a2, 32
        bnez    a3, 1f
        not     a3, a2
        slli    a4, a1, 1
        sll     a4, a4, a3
        srl     a0, a0, a2
        or      a0, a0, a4
        sra     a1, a1, a2
        ret
1:      sra     a0, a1, a2
        srai    a1, a1, 31
        ret
        .size   __ashrdi3, . - __ashrdi3

        .section .text.__negdi2,"ax",@progbits
        .globl  __negdi2
        .type   __negdi2, @function
__negdi2:
        snez    a2, a0
        neg     a0, a0
        neg     a1, a1
        sub     a1, a1, a2
        ret
        .size   __negdi2, . - __negdi2

# 0, 1 or 2 for less, equal or greater.
        .section .text.__cmpdi2,"ax",@progbits
        .globl  __cmpdi2
        .type   __cmpdi2, @function
__cmpdi2:
        beq     a1, a3, 1f
        slt     a4, a1, a3
        slt     a5, a3, a1
        j       2f
1:      sltu    a4, a0, a2
        sltu    a5, a2, a0
2:      sub     a0, a5, a4
        addi    a0, a0, 1
        ret
        .size   __cmpdi2, . - __cmpdi2

        .section .text.__ucmpdi2,"ax",@progbits
        .globl  __ucmpdi2
        .type   __ucmpdi2, @function
__ucmpdi2:
        beq     a1, a3, 1f
        sltu    a4, a1, a3
        sltu    a5, a3, a1
        j       2f
1:      sltu    a4, a0, a2
        sltu    a5, a2, a0
2:      sub     a0, a5, a4
        addi    a0, a0, 1
        ret
        .size   __ucmpdi2, . - __ucmpdi2
