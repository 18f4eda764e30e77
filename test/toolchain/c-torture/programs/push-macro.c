/* push_macro keeps the meaning of a macro and pop_macro brings it back */
#define V 1
#pragma push_macro("V")
#undef V
#define V 2
#pragma push_macro("V")
#undef V
#define V 3
static int third = V;
_Pragma("pop_macro(\"V\")")
static int second = V;
#pragma pop_macro("V")
static int first = V;
#pragma push_macro("NONE")
#define NONE
#pragma pop_macro("NONE")
#ifdef NONE
#error "it was no macro when it was pushed"
#endif

int main(void) {
  return first == 1 && second == 2 && third == 3 ? 0 : __LINE__;
}
