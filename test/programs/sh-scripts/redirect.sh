cd /tmp && d=shtest$$ && mkdir $d && cd $d || exit 9
echo one > f; cat f; echo two >> f; cat f; cat < f
echo three >f; wc -l <f | tr -d ' '
cat nosuch 2>/dev/null; echo $?
{ echo out; echo err >&2; } 2>&1 | sort
{ echo out; echo err >&2; } >/dev/null 2>&1; echo quiet
{ echo out; echo err >&2; } 2>e >o; cat e o
echo a b c | (read x y; echo "$y" "$x")
cat <<END
value $((1+1)) "quoted" \$literal $(echo sub) `echo tick`
END
cat <<'END'
$no $(expansion) `here` \n
END
cat <<-END
	tabs stripped
		twice
	END
cat <<A; cat <<B
first
A
second
B
cat <<E | tr a-z A-Z
piped here
E
exec 3>three; echo to3 >&3; exec 3>&-; cat three
exec 4<three; read r <&4; echo $r; exec 4<&-
for i in 1 2 3; do echo $i; done > loop; cat loop
while read l; do echo "<$l>"; done < loop
if true; then echo x; fi > iff; cat iff
f() { echo body; }; f > fo; cat fo
(echo s1; echo s2) > so; cat so
echo x 1>&2 2>/dev/null | cat
> empty; wc -c < empty | tr -d ' '
echo hi | cat | cat | cat
echo a | while read v; do echo "in $v"; done
true | false; echo $?
false | true; echo $?
seq 1 1000 | head -n 3
echo "$(cat < f)"
cat f - <<X
from stdin
X
echo one>nospace; cat nospace
echo a 2>/dev/null b
ls *.none; ls f o | cat
touch a1 a2 b1; echo a* ?1 [ab]1 *.zip "a*" nothing*
mkdir sub; touch sub/x sub/y .hidden; echo */x sub/* .h* *
echo "done" | read v; echo "${v-unset}"
cd ..; rm -r $d
