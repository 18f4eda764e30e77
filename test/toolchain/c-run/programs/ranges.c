/* Ranges inside ranges of an initialiser: the value is computed once, whatever the number of elements. */
#include "support.h"

struct row {
	int cells[3];
};
struct table {
	struct row rows[2];
	int totals[3];
};

static int calls;
static int counted(int x)
{
	return x + calls++;
}

static struct table made(int x)
{
	return (struct table){ .rows[0 ... 1].cells[0 ... 2] = counted(x), .totals[0 ... 2] = counted(x * 2) };
}

static int cube(int x)
{
	int a[2][3][2] = { [0 ... 1][1 ... 2][0 ... 1] = counted(x), [1][0][0] = 5 };
	const int *all = &a[0][0][0];
	int sum = 0;

	for (int i = 0; i < 12; i++)
		sum = sum * 3 + all[i];
	return sum;
}

int main(void)
{
	struct table t = made(100);

	for (int i = 0; i < 6; i++)
		put_int(t.rows[i / 3].cells[i % 3]);
	for (int i = 0; i < 3; i++)
		put_int(t.totals[i]);
	put_int(calls);
	put_int(cube(7));
	put_int(calls);
	return 0;
}
