/* Arrays of variable length that are aligned, and __auto_type of pointers to them. */
#include "support.h"

static int calls;
static int counted(int n)
{
	calls++;
	return n;
}

struct __attribute__((aligned(64))) line {
	char bytes[64];
};

static int aligned(int n)
{
	_Alignas(256) char a[n];
	int b[n] __attribute__((aligned(32)));
	struct line c[n];
	int sum = 0;

	for (int i = 0; i < n; i++) {
		a[i] = (char)i;
		b[i] = i * 2;
		c[i].bytes[63] = 3;
	}
	for (int i = 0; i < n; i++)
		sum += a[i] + b[i] + c[i].bytes[63];
	return sum * 10 + ((unsigned)a % 256 != 0 || (unsigned)b % 32 != 0 || (unsigned)c % 64 != 0);
}

static int deduced(int n)
{
	int m[n][n + 1];

	for (int i = 0; i < n; i++)
		for (int j = 0; j <= n; j++)
			m[i][j] = i * 100 + j;
	__auto_type p = m;
	__auto_type q = &m[1];
	const __auto_type r = (int(*)[counted(n)])m;
	__auto_type s = &m;
	return p[1][2] + (*q)[3] + r[1][0] * 10 + calls * 100000 + (int)sizeof(*s) + (int)sizeof(*p);
}

int main(void)
{
	for (int n = 1; n < 40; n++)
		put_int(aligned(n));
	put_int(deduced(5));
	return 0;
}
