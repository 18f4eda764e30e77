/* Calendar arithmetic on random times; another libc, in UTC, is the oracle. */
#include <stdio.h>
#include <time.h>

#include "random.h"

int main(int argc, char **argv) {
  int rounds = random_begin(argc, argv, 500);
  for (int i = 0; i < rounds; i++) {
    time_t t = (time_t)(random_bits() >> (28 + random_below(30)));
    if (random_below(2)) { /* but not before year 1000: asctime has four digits */
      t = -t % 30000000000LL;
    }
    if (random_below(3) == 0) { /* around the turn of a year */
      t = (time_t)random_below(400) * 31556952;
      t += random_below(6) * 86400;
    }
    struct tm *tm = gmtime(&t);
    char text[300];
    size_t n = strftime(text, sizeof text,
                        "%a %A %b %B %c %C %d %D %e %F %g %G %h %H %I %j %k %l %m %M %n %p %P %r %R %s %S %t %T %u %U %V %w %W %x %X "
                        "%y %Y %% %Ey %Od", tm);
    printf("%lld %d %s\n", (long long)t, (int)n, text);
    struct tm odd = *tm;
    odd.tm_mon += random_below(40) - 20;
    odd.tm_mday += random_below(100) - 50;
    odd.tm_hour += random_below(100) - 50;
    odd.tm_sec += random_below(100000) - 50000;
    odd.tm_isdst = 0;
    long long normal = (long long)mktime(&odd);
    printf("%lld %s", normal, asctime(&odd));
  }
  return 0;
}
