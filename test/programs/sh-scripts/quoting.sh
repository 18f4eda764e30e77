echo one   two "three   four" 'five   $six'
printf "%s\n" "a\"b" 'it'\''s' \$HOME "\$HOME" "a\\\\b" "a\nb"
x='a  b   c'
echo $x
echo "$x"
echo "[$x]"'[$x]'
echo a\ b a\
b
echo "line1
line2"
echo '' "" end
set -- '' "" x; echo $#
echo "${x}y" ${x}y
echo "a'b" 'a"b'
echo a"b"c'd'e
echo "$(echo "nested "quotes" $(echo "deep er")")"
echo `echo back quoted`
echo `echo \`echo inner\``
echo "tick: `echo "x  y"`"
echo \# not a comment # a comment
echo a#b
echo "*" '*' \*
echo "trailing backslash \\"
printf '[%s]\n' a "b c" 'd"e' f\ g
echo "$"
echo "$ x" '$'
echo "a$"
