/* csmith's programs with floating numbers include this and use nothing of it. */
