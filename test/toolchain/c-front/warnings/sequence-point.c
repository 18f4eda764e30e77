int f(int,int); int g(int); int a[10];
void t(int i, int j, int *p) {
  i = i++;
  a[i] = i++;
  f(i, i++);
  i = i++ + 1;
  i = ++i;
  j = i++ + i++;
  i = g(i++);
  j = i++ + g(i);
  j = i + i++;
  i += i++;
  a[i++] = i;
  j = (i++, i);
  j = i++ && i++;
  j = i++ ? i : i + 1;
  i = i + 1;
  *p++ = *p;
  p[i] = p[i + 1] + i;
  j = (i = 3) + (i = 4);
  i = (j = i) + 1;
  for (i = 0, j = 10; i < j; i++, j--) ;
  while ((i = g(i)) > 0) j += i;
  if ((i = g(1)) == 3 || (i = g(2)) == 4) j = i;
  i = j = 3;
  f(i = 2, j = 3);
  f(i++, j++);
  j = f(i++, 1) + f(i, 2);
}
