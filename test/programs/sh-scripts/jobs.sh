sleep 0.1 & wait; echo $?
(exit 5) & wait $!; echo $?
sh -c 'exit 6' & p=$!; wait $p; echo $?
{ sleep 0.1; echo late; } & echo early; wait
echo $$ | grep -c '^[0-9]'
sh -c 'kill -9 $$'; echo $?
sh -c 'kill -TERM $$'; echo $?
sleep 5 & kill $!; wait $!; echo $?
sh -c 'echo $0 $1 $2' name a b
sh -c 'exit 300'; echo $?
printf 'echo script $1 $#\nexit 3\n' > /tmp/shscript$$; sh /tmp/shscript$$ arg; echo $?; rm /tmp/shscript$$
unset nothing; sh -c 'nosuchcommand' 2>/dev/null; echo $?
sh -c '/tmp' 2>/dev/null; echo $?
sh -c 'if' 2>/dev/null; echo $?
sh -c 'echo "unclosed' 2>/dev/null; echo $?
sh -c ') x' 2>/dev/null; echo $?
export EX=1; sh -c 'echo $EX'; unset EX; sh -c 'echo "[$EX]"'
NOEX=2; sh -c 'echo "[$NOEX]"'
sh -c 'set -u; echo $undefined; echo no' 2>/dev/null; echo $?
sh -c 'cd /nosuch || echo cannot' 2>/dev/null
sh -c 'readonly r=1; r=2; echo no' 2>/dev/null; echo $?
sh -c 'exec echo replaced; echo no'
cd /tmp; pwd; cd /; cd - ; pwd
sh -c 'false; exit'; echo $?
[ a = a ]; echo $?; [ a = b ]; echo $?; [ 3 -gt 2 ] && echo gt; [ -d /tmp ] && echo dir; [ ! -e /nosuch ] && echo none
[ -n "" ]; echo $?; [ -z "" ]; echo $?; [ "" ]; echo $?; [ x ]; echo $?; test 1 -eq 1 -a 2 -eq 2; echo $?
[ \( a = b -o c = c \) ] && echo paren
[ 1 -eq x ] 2>/dev/null; echo $?
