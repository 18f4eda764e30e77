/* Jump tables of distances between labels, as interpreters keep them: in static objects, in automatic ones, with an offset. */
#include "support.h"

static int interpret(const unsigned char *code)
{
	static const int table[] = {
		&&increment - &&increment, &&decrement - &&increment, (char *)&&twice - (char *)&&increment, &&halt - &&increment,
	};
	static long furthest = &&halt - &&increment, beyond = 3 + (&&decrement - &&increment);
	int automatic[2] = { &&halt - &&increment, 1 };
	int result = 1;

	if (automatic[0] != furthest || beyond != table[1] + 3)
		return -1;
	goto *(&&increment + table[*code++]);
increment:
	result++;
	goto *(&&increment + table[*code++]);
decrement:
	result--;
	goto *(&&increment + table[*code++]);
twice:
	result *= 2;
	goto *(&&increment + table[*code++]);
halt:
	return result;
}

int main(void)
{
	static const unsigned char program[] = { 0, 0, 2, 1, 2, 3 };
	put_int(interpret(program));
	return 0;
}
