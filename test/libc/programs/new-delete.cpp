// C++ objects: new and delete, virtual functions, constructors before main, destructors after it.
extern "C" int printf(const char *format, ...);
#include <stdlib.h>

struct Shape {
  virtual int area() const = 0;
  virtual ~Shape() { printf("~Shape\n"); }
};

struct Square : Shape {
  int side;
  explicit Square(int s) : side(s) {}
  int area() const override { return side * side; }
  ~Square() override { printf("~Square %d\n", side); }
};

struct Announcer {
  const char *name;
  explicit Announcer(const char *n) : name(n) { printf("made %s\n", name); }
  ~Announcer() { printf("gone %s\n", name); }
};

static Announcer global("global");

static Announcer &local() {
  static Announcer once("local");
  return once;
}

static void at_exit() { printf("atexit\n"); }

int main() {
  atexit(at_exit);
  Shape *shape = new Square(7);
  printf("area %d\n", shape->area());
  delete shape;
  Square *squares = static_cast<Square *>(operator new[](sizeof(Square)));
  operator delete[](squares);
  int *numbers = new int[1000];
  for (int i = 0; i < 1000; i++) numbers[i] = i;
  printf("last %d\n", numbers[999]);
  delete[] numbers;
  local();
  local();
  return 0;
}
