/* A variable and a function can have a second name, and a weak one for a static function */
int object = 34;
extern int second __attribute__((alias("object")));
int three(void) { return 3; }
int also(void) __attribute__((alias("three")));
static int hidden(void) { return 9; }
int shown(void) __attribute__((weak, alias("hidden")));

int main(void) {
  second++;
  if (*(volatile int *)&object != 35) return __LINE__;
  if (also() != 3 || shown() != 9) return __LINE__;
  return 0;
}
