/* Which declaration a name means: tags and enumerators of prototypes, of parameter lists, and of the blocks around them. */
#include "support.h"

struct pair {
	char bytes[9];
};
enum { LEVEL = 5 };

void prototype_with_struct(struct pair { char bytes[7]; } *);
void prototype_with_enum(enum { LEVEL = 7 });
struct unseen *prototype_of_unseen(struct later *, struct pair *);

struct later {
	char bytes[3];
};

static int in_the_body(struct mine { int a, b; } *m, enum { ONE = 41, TWO } which)
{
	struct mine copy = *m;
	return which == TWO ? copy.b : which == ONE ? (int)sizeof(struct mine) : -1;
}

static int of_old_style(a, b)
	struct pair *a;
	int b;
{
	return (int)sizeof(*a) + b;
}

static int in_a_block(void)
{
	struct pair { char bytes[2]; };
	enum { LEVEL = 6 };
	{
		void f(struct pair { char bytes[11]; } *, enum { LEVEL = 12 });
		int (*g)(struct pair { char bytes[13]; } *) = 0;
		if (g != 0)
			return 0;
		return (int)sizeof(struct pair) * 100 + LEVEL;
	}
}

static int name_of_its_own(void)
{
	const char *volatile own = __func__, *volatile literal = "name_of_its_own", *volatile again = __func__;
	return (own == again) * 10 + (own == literal);
}

int main(void)
{
	struct { int a, b; } m = { 3, 4 };
	put_int(sizeof(struct pair));
	put_int(LEVEL);
	put_int(sizeof(struct later));
	put_int(in_the_body((void *)&m, 42));
	put_int(in_the_body((void *)&m, 41));
	put_int(in_the_body((void *)&m, 0));
	put_int(of_old_style(0, 2));
	put_int(in_a_block());
	put_int(name_of_its_own());
	return 0;
}
