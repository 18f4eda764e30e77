if true; then echo yes; else echo no; fi
if false; then echo yes; elif true; then echo elif; else echo no; fi
if false; then echo yes; else echo else; fi
if false; then echo x; fi; echo $?
for i in 1 2 3; do echo $i; done
for i in 1 2 3
do
  if [ $i = 2 ]; then continue; fi
  echo "i=$i"
done
for i in a b c; do for j in 1 2 3; do [ $j = 2 ] && continue 2; echo $i$j; done; done
for i in a b c; do for j in 1 2 3; do [ $j = 2 ] && break 2; echo $i$j; done; done
n=0; until [ $n -ge 3 ]; do n=$((n+1)); done; echo $n
while :; do break; done; echo $?
case hello in h*) echo h;; *) echo other;; esac
case x in (a|b) echo ab;; (x|y) echo xy;; esac
case "a b" in a\ b) echo space;; esac
case abc in a?c) echo q;; esac
case b in [a-c]) echo range;; esac
case d in [!a-c]) echo negated;; esac
case '*' in '*') echo star;; esac
case x in y) echo y;; esac; echo $?
case x in x) ;; esac; echo $?
true && echo and || echo or
false && echo and || echo or
false || false || echo third
! true; echo $?
! false; echo $?
! false | true; echo $?
{ echo group; echo two; }
(echo sub; exit 7); echo $?
x=1; (x=2; echo $x); echo $x
{ x=3; }; echo $x
f() { echo "f: $1 $#"; return 4; }
f a b; echo $?
g() { if [ $1 -gt 0 ]; then echo $1; g $(($1-1)); fi; }
g 3
h() (x=9; echo $x); h; echo $x
f2() { for i in 1 2; do [ $i = 2 ] && return 5; done; }; f2; echo $?
true; false; echo $?
eval 'echo eval $((1+1))'
eval "v=1; w=2"; echo $v$w
A=1 B=2 sh -c 'echo $A$B'
echo a; echo b ; echo c;
if true
then
  echo multi
fi
while read line; do echo "got $line"; done <<X
l1
l2
X
set -e
false || echo survived
if false; then :; fi
(exit 0)
echo before
! true
echo still
(exit 3)
echo unreachable
