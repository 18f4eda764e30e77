unset u; e=; v=value
echo "${u-default}" "${u:-default}" "${e-default}" "${e:-default}" "${v-default}"
echo "${u+alt}" "${e+alt}" "${e:+alt}" "${v:+alt}"
echo "${u:=assigned}" "$u"
echo ${#v} ${#e} "${#u}"
f=/usr/lib/libfoo.tar.gz
echo ${f##*/} ${f#*/} ${f%.*} ${f%%.*} ${f%/*}
echo "${f#/usr}" "${f%nothing}"
p='*'; s='a*b*c'; echo "${s#a$p}" "${s#"a$p"}" "${s%%"$p"*}"
echo "${v:-"quoted default"}" "${nothing:-"quoted  default"}" ${nothing:-'single  quoted'}
echo ${nothing:-a b c} "${nothing:-a   b}"
set -- one "two three" four
echo $# "$1" "$2" "$3"
for a in "$@"; do echo "[$a]"; done
for a in "$*"; do echo "[$a]"; done
for a in $@; do echo "[$a]"; done
for a in pre"$@"post; do echo "[$a]"; done
IFS=:; echo "$*"; set -- a:b::c; for a in $1; do echo "[$a]"; done; unset IFS
x=':a: b :'; IFS=': '; for a in $x; do echo "[$a]"; done; unset IFS
shift; echo $#
set --; echo $# "[$*]"; for a in "$@"; do echo never; done; echo "x${@}y"
echo $((1+2*3)) $(( (1+2)*3 )) $((7/2)) $((-7/2)) $((7%3)) $((-7%3)) $((1<<4|3)) $((~0))
n=5; echo $((n*n)) $(($n+1)) $((n>3&&n<10)) $((n==5?10:20)) $((n+=2)) $n $((!n)) $((010)) $((0x1f))
echo $((1 || (1/1))) $((0 && 5)) $((2>1)) $((3 ^ 1)) $((6 & 3))
y=$(echo a; echo b; echo; echo); echo "$y|"
echo $y
z=$(exit 3); echo $?
echo "$(echo a)$(echo b)"
echo ~ | grep -c '^/'
HOME=/h; echo ~ ~/x "~" '~' a~
a=~/q; echo $a
echo ${12-none} $0 | grep -c none
i=0; while [ $i -lt 3 ]; do i=$((i+1)); echo $i; done
w='a b'; echo ${w:+"x  $w"}
echo "${w#* }" ${w% *}
echo "a${u:+b}c" "$u$v"
