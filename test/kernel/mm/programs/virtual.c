/* Guard pages and MEM_RESET, as Win32 documents them (memoryapi.h, "Memory Protection Constants"). */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/virtualalloc.h>
#include <unistd.h>

static volatile int alarms;
static char *last;
static int last_code;

static void on_segv(int signal, siginfo_t *info, void *context) {
    alarms++;
    last = info->si_addr;
    last_code = info->si_code;
    if (info->si_code != SEGV_GUARD)
        _exit(9);
}

static unsigned long protection(void *at) {
    MEMORY_BASIC_INFORMATION information;
    VirtualQuery(at, &information, sizeof information);
    return information.Protect;
}

static void guards(void) {
    struct sigaction action = {0};
    action.sa_sigaction = on_segv;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGSEGV, &action, 0);
    char *p = VirtualAlloc(0, 3 * 4096, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE | PAGE_GUARD);
    printf("committed %d protection %lx\n", p != 0, protection(p));
    p[4096] = 1;
    printf("store: alarms %d in the page %d\n", alarms, last == p + 4096);
    p[4097] = 2;
    printf("again: alarms %d value %d\n", alarms, p[4096] + p[4097]);
    printf("protections %lx %lx %lx\n", protection(p), protection(p + 4096), protection(p + 8192));
    int value = p[0];
    printf("load: value %d alarms %d\n", value, alarms);
    int fds[2];
    pipe(fds);
    write(fds[1], "x", 1);
    long result = read(fds[0], p + 8192, 1);
    printf("read into a guard: %ld %s, alarms %d\n", result, strerror(errno), alarms);
    printf("and again: %ld value %c\n", (long)read(fds[0], p + 8192, 1), p[8192]);
    unsigned long old;
    strcpy(p, "contents");
    printf("protect %d", VirtualProtect(p, 4096, PAGE_READONLY | PAGE_GUARD, &old));
    printf(" old %lx", old);
    value = p[0];
    printf(" value %c alarms %d", value, alarms);
    printf(" protection %lx\n", protection(p));
    VirtualProtect(p, 4096, PAGE_READWRITE | PAGE_GUARD, &old);
    VirtualProtect(p, 4096, PAGE_READWRITE, &old);
    value = p[0];
    printf("guard taken away: old %lx value %c alarms %d\n", old, value, alarms);
    printf("guard without access: %d error %lu\n", VirtualProtect(p, 4096, PAGE_NOACCESS | PAGE_GUARD, &old), GetLastError());
}

static int is(const char *p, int value, int bytes) {
    for (int i = 0; i < bytes; i++)
        if (p[i] != value)
            return 0;
    return 1;
}

#define PAGES 8

/* Uses more memory than there is, so that every page has to go. */
static void press(int pages) {
    char *more = mmap(0, pages * 4096u, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < pages; i++)
            more[i * 4096]++;
    munmap(more, pages * 4096u);
}

static void resets(void) {
    char *p = VirtualAlloc(0, PAGES * 4096, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    memset(p, 7, PAGES * 4096);
    printf("reset %d", VirtualAlloc(p, PAGES * 4096, MEM_RESET, PAGE_NOACCESS) == p);
    printf(" undo %d", VirtualAlloc(p, PAGES * 4096, MEM_RESET_UNDO, PAGE_NOACCESS) == p);
    printf(" intact %d\n", is(p, 7, PAGES * 4096));
    press(300);
    printf("after undo the pages go to swap and come back: %d\n", is(p, 7, PAGES * 4096));
    memset(p, 7, PAGES * 4096);
    VirtualAlloc(p, PAGES * 4096, MEM_RESET, PAGE_NOACCESS);
    p[0] = 8;
    press(300);
    printf("undo %d", VirtualAlloc(p, PAGES * 4096, MEM_RESET_UNDO, PAGE_NOACCESS) == p);
    printf(" written since %d", p[0] == 8 && is(p + 1, 7, 4095));
    printf(" others zero %d\n", is(p + 4096, 0, (PAGES - 1) * 4096));
    printf("undo of what was not reset %d\n", VirtualAlloc(p, PAGES * 4096, MEM_RESET_UNDO, PAGE_NOACCESS) == p);
    memset(p, 7, PAGES * 4096);
    press(300);
    VirtualAlloc(p, PAGES * 4096, MEM_RESET, PAGE_NOACCESS);
    printf("of pages in the paging file: undo %d\n", VirtualAlloc(p, PAGES * 4096, MEM_RESET_UNDO, PAGE_NOACCESS) == p);
}

int main(int argc, char **argv) {
    setvbuf(stdout, 0, _IONBF, 0);
    if (argc > 2) {
        *(char *)VirtualAlloc(0, 4096, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE | PAGE_GUARD) = 1;
        return 0;
    }
    if (strcmp(argv[1], "guard") == 0)
        guards();
    else
        resets();
    return 0;
}
