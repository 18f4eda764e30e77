void f(int); int g(void);
void t(int x, int y) {
  if (x)
    f(1);
    f(2);
  if (x) f(1); f(2);
  for (;x;)
    x--;
    f(3);
  while (x)
    x--;
  f(3);
  if (x)
    f(1);
  else
    f(2);
    f(3);
  if (x) f(1);
  else f(2);
  f(3);
  while (g());
    f(4);
  if (x) {
    f(1);
  }
    f(2);
  if (x)
  f(1);
  f(2);
  if (x)
    f(1);

    f(2);
  if (x) for (;y;) y--;
  f(1);
  for (;x;) if (y)
    f(1);
    f(2);
  if (x)
      f(1);
    f(2);
	if (x)
		f(1);
		f(2);
  if (x) { f(1); } f(2);
  if (x) if (y) f(1); else f(2); f(3);
  if (x == 1) return; if (y) f(2);
  switch (x) { case 1: if (y) f(1); break; case 2: if (y)
     f(1);
     break; }
}
