/* _Alignof of a typedef is the alignment that its attribute gives, and that its objects and members have */
typedef double table[4][4] __attribute__((aligned(32)));
typedef int wide_int __attribute__((aligned(16)));
typedef struct { int a; } record __attribute__((aligned(64)));
typedef record other_name;
struct holder { char c; table t; };
struct pair { char c; const wide_int i; };
static wide_int object;

int main(void) {
  if (_Alignof(table) != 32 || _Alignof(const table) != 32 || _Alignof(struct holder) != 32 || sizeof(struct holder) != 160) return __LINE__;
  if (_Alignof(wide_int) != 16 || _Alignof(wide_int *) != 4 || sizeof(struct pair) != 32 || _Alignof object != 16) return __LINE__;
  if (_Alignof(record) != 64 || _Alignof(other_name) != 64 || (unsigned long)&object % 16 != 0) return __LINE__;
  return 0;
}
