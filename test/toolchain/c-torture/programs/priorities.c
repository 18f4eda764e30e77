/* Constructors are listed in the order of their priorities; GNU's spelling of thread-local objects is known */
static int steps, wrong;
static __thread int own = 3;
__thread struct both { int a, b; } pair = {1, 2};
static void expect(int step, int line) {
  if (++steps != step && wrong == 0) wrong = line;
}
__attribute__((constructor)) static void last(void) { expect(4, __LINE__); }
__attribute__((constructor(700))) static void third(void) { expect(3, __LINE__); }
__attribute__((constructor(500))) static void first(void) { expect(1, __LINE__); }
__attribute__((constructor(600))) static void second(void) { expect(2, __LINE__); }
extern void (*__init_array_start[])(void), (*__init_array_end[])(void);

int main(void) {
  for (void (**f)(void) = __init_array_start; f < __init_array_end; f++) (*f)();
  if (wrong != 0 || steps != 4) return wrong + 100;
  return sizeof pair != 8 || sizeof own != 4 ? __LINE__ : 0;
}
