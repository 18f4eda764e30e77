void f(int), e(void) __attribute__((noreturn));
int t(int x, int y) {
  switch (x) {
    case 1: f(1);
    case 2: f(2); break;
    case 3: f(3); /* fall through */
    case 4: f(4); __attribute__((fallthrough));
    case 5: f(5); // FALLTHRU
    case 6: if (y) return 1; else f(6);
    case 7: if (y) return 1; else return 2;
    case 8: e();
    case 9: while (1) f(1);
    case 10: { f(10); break; }
    case 11: { f(11); }
    case 12: case 13: f(12);
    case 14: break;
    case 15: f(1);
    default: return 5;
    case 17: switch (y) { case 1: f(1); break; default: return 3; }
    case 18: ;
    case 19: goto out;
    case 20: { int z = 1; f(z); } break;
    case 21: do f(1); while (y);
    case 22: y++;
  }
out: return 0;
}
