/* RLIMIT_DATA and RLIMIT_STACK: what setrlimit(2) says they bound. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define KIB 1024u

static void show(const char *what, int ok) {
    printf("%s: %s\n", what, ok ? "done" : strerror(errno));
}
static void *map(unsigned bytes, int prot, int flags) {
    return mmap(0, bytes, prot, flags | MAP_ANONYMOUS, -1, 0);
}
static void limit(int resource, rlim_t bytes) {
    struct rlimit wanted = {bytes, RLIM_INFINITY};
    show("limit", setrlimit(resource, &wanted) == 0);
}
static int deep(int kib) {
    volatile char page[1024];
    page[0] = (char)kib;
    return kib == 0 ? page[0] : deep(kib - 1) + page[0];
}
static void recurse(int kib) {
    if (fork() == 0) {
        deep(kib);
        _exit(0);
    }
    int status;
    wait(&status);
    printf("%d KiB of stack: %s\n", kib, WIFSIGNALED(status) ? "killed" : "fine");
}

int main(void) {
    setvbuf(stdout, 0, _IONBF, 0);
    limit(RLIMIT_DATA, 1024 * KIB);
    char *first = map(512 * KIB, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    show("private, within", first != MAP_FAILED);
    show("private, beyond", map(1024 * KIB, PROT_READ | PROT_WRITE, MAP_PRIVATE) != MAP_FAILED);
    char *constant = map(2048 * KIB, PROT_READ, MAP_PRIVATE);
    show("only to be read", constant != MAP_FAILED);
    show("made writable", mprotect(constant, 2048 * KIB, PROT_READ | PROT_WRITE) == 0);
    show("some of it", mprotect(constant, 64 * KIB, PROT_READ | PROT_WRITE) == 0);
    show("shared", map(2048 * KIB, PROT_READ | PROT_WRITE, MAP_SHARED) != MAP_FAILED);
    show("sbrk", sbrk(1024 * KIB) != (void *)-1);
    show("given back", munmap(first, 512 * KIB) == 0);
    show("again", map(512 * KIB, PROT_READ | PROT_WRITE, MAP_PRIVATE) != MAP_FAILED);
    limit(RLIMIT_STACK, 1024 * KIB);
    recurse(500);
    recurse(2000);
    limit(RLIMIT_STACK, 4096 * KIB);
    recurse(2000);
    return 0;
}
