package io.lectio.release;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/// Cuts work off at its n-th effect on a file system, by the kernel: a thread of its own has a seccomp filter, under
/// which each system call that changes files waits until this class lets it pass. From the n-th on each one fails with
/// EIO instead, so that nothing of what the work would still do, its clean-up included, reaches the disk: to the disk
/// that is what a SIGKILL before the n-th would be. What the code under test is made of does not matter, and it has no
/// hook for this. What syncs is only noted, and answered as done: it changes nothing that could be looked at.
///
/// Sources: seccomp(2), seccomp_unotify(2), linux/seccomp.h, linux/filter.h, the table of x86-64's system calls.
final class CutOff {
    static final int NEVER = Integer.MAX_VALUE;

    interface Work {
        void run() throws Exception;
    }

    /// Looks while the work waits before an effect.
    interface Look {
        void before(String effect) throws IOException;
    }

    /// @param effects what passed, in their order, as `renameat2 index.html`
    /// @param cut whether it came as far as the one at which it was to be cut off
    record Ran(List<String> effects, boolean cut, Optional<Throwable> error) {}

    /// @param path which argument is the path that is changed, for the one that tells it; -1 where that is a descriptor
    private record Effect(String name, int path) {}

    private static final Map<Integer, Effect> EFFECTS = effects();
    /// They change something only where they may make or shorten a file; by the place of their flags.
    private static final int OPEN = 2;

    private static final int OPENAT = 257;
    private static final int MAKES_OR_SHORTENS = 0x40 | 0x200;

    private static final int SECCOMP = 317;
    private static final int SET_MODE_FILTER = 1;
    private static final int NEW_LISTENER = 1 << 3;
    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int ALLOW = 0x7fff0000;
    private static final int ASK = 0x7fc00000;
    private static final long RECEIVE = 0xC0502100L;
    private static final long SEND = 0xC0182101L;
    private static final int LET_PASS = 1;
    private static final int EIO = 5;
    private static final short POLLIN = 1;
    private static final int ARGUMENTS = 32;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle PRCTL = bind("prctl", 5, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle SYSCALL = bind("syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS);
    private static final MethodHandle POLL = bind("poll", 3, ADDRESS, JAVA_LONG, JAVA_INT);
    private static final MethodHandle IOCTL = bind("ioctl", 2, JAVA_INT, JAVA_LONG, ADDRESS);
    private static final MethodHandle CLOSE = bind("close", 1, JAVA_INT);

    private CutOff() {}

    /// The numbers below are those of x86-64.
    static boolean isPossibleHere() {
        return System.getProperty("os.arch").equals("amd64");
    }

    private static Map<Integer, Effect> effects() {
        TreeMap<Integer, Effect> all = new TreeMap<>();
        put(all, -1, 1, "write", 18, "pwrite64", 20, "writev", 296, "pwritev", 40, "sendfile", 326, "copy_file_range");
        put(all, -1, 77, "ftruncate", 91, "fchmod", 93, "fchown", 285, "fallocate", 190, "fsetxattr");
        put(all, -1, 74, "fsync", 75, "fdatasync", 306, "syncfs");
        put(all, 0, 76, "truncate", 83, "mkdir", 84, "rmdir", 85, "creat", 87, "unlink", 90, "chmod", 92, "chown");
        put(all, 0, 94, "lchown", 188, "setxattr", 189, "lsetxattr", 235, "utimes", 133, "mknod", OPEN, "open");
        put(all, 1, 82, "rename", 86, "link", 88, "symlink", 258, "mkdirat", 259, "mknodat", 260, "fchownat");
        put(all, 1, 263, "unlinkat", 268, "fchmodat", 452, "fchmodat2", 280, "utimensat", 261, "futimesat");
        put(all, 1, OPENAT, "openat");
        put(all, 2, 266, "symlinkat");
        put(all, 3, 264, "renameat", 265, "linkat", 316, "renameat2");
        return all;
    }

    private static void put(Map<Integer, Effect> all, int path, Object... numbersAndNames) {
        for (int i = 0; i < numbersAndNames.length; i += 2) {
            all.put((Integer) numbersAndNames[i], new Effect((String) numbersAndNames[i + 1], path));
        }
    }

    private static MethodHandle bind(String name, int fixed, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(JAVA_INT, arguments),
                fixed < arguments.length
                        ? new Linker.Option[] {Linker.Option.firstVariadicArg(fixed)}
                        : new Linker.Option[0]);
    }

    private static int call(MethodHandle handle, Object... arguments) {
        try {
            return (int) handle.invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /// Cuts the work off.
    ///
    /// @param at the first effect that fails, from 0
    static Ran run(int at, Look look, Work work) throws IOException {
        return run(at, NEVER, look, work);
    }

    /// Has a single effect fail, as a bad disk may; what follows it passes.
    static Ran fault(int at, Work work) throws IOException {
        return run(at, at, _ -> {}, work);
    }

    private static Ran run(int first, int last, Look look, Work work) throws IOException {
        CompletableFuture<Integer> listener = new CompletableFuture<>();
        CompletableFuture<Optional<Throwable>> end = new CompletableFuture<>();
        Thread thread = Thread.ofPlatform().name("cut off").start(() -> {
            try {
                listener.complete(filter());
                work.run();
                end.complete(Optional.empty());
            } catch (Throwable e) {
                listener.completeExceptionally(e);
                end.complete(Optional.of(e));
            }
        });
        int descriptor = listener.join();
        List<String> passed = new ArrayList<>();
        try {
            boolean cut = watch(descriptor, first, last, look, passed);
            thread.join();
            return new Ran(passed, cut, end.get());
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        } finally {
            int _ = call(CLOSE, descriptor); // what still waits fails now
        }
    }

    /// From here on this thread's effects wait.
    private static int filter() {
        List<Long> program = program();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment code = arena.allocate(8L * program.size(), 8);
            for (int i = 0; i < program.size(); i++) {
                code.setAtIndex(JAVA_LONG, i, program.get(i));
            }
            MemorySegment head = arena.allocate(16, 8);
            head.set(JAVA_SHORT, 0, (short) program.size());
            head.set(ADDRESS, 8, code);
            int allowed = call(PRCTL, PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L);
            int descriptor = call(SYSCALL, (long) SECCOMP, (long) SET_MODE_FILTER, (long) NEW_LISTENER, head);
            if (allowed != 0 || descriptor < 0) {
                throw new IllegalStateException("this kernel takes no seccomp filter with a listener");
            }
            return descriptor;
        }
    }

    /// Instructions of a classic Berkeley packet filter, over `struct seccomp_data`.
    private static List<Long> program() {
        List<Long> program = new ArrayList<>();
        program.add(load(0));
        for (int number : EFFECTS.keySet()) {
            if (number == OPEN || number == OPENAT) {
                program.add(instruction(0x15, 0, 4, number)); // another call: go on behind these
                program.add(load(number == OPEN ? 24 : 32));
                program.add(instruction(0x45, 1, 0, MAKES_OR_SHORTENS));
                program.add(instruction(0x06, 0, 0, ALLOW));
            } else {
                program.add(instruction(0x15, 0, 1, number));
            }
            program.add(instruction(0x06, 0, 0, ASK));
        }
        program.add(instruction(0x06, 0, 0, ALLOW));
        return program;
    }

    private static long load(int offset) {
        return instruction(0x20, 0, 0, offset);
    }

    /// `struct sock_filter`: code, steps to skip where it is so, steps where it is not, operand.
    private static long instruction(int code, int yes, int no, int operand) {
        return code | (long) yes << 16 | (long) no << 24 | (operand & 0xffffffffL) << 32;
    }

    private static boolean watch(int descriptor, int first, int last, Look look, List<String> passed)
            throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment poll = arena.allocate(8, 8);
            poll.set(JAVA_INT, 0, descriptor);
            poll.set(JAVA_SHORT, 4, POLLIN);
            MemorySegment answer = arena.allocate(24, 8);
            boolean cut = false;
            for (int count = 0; isAsked(poll); count++) {
                MemorySegment asked = arena.allocate(80, 8);
                if (call(IOCTL, descriptor, RECEIVE, asked) < 0) {
                    throw new IllegalStateException("the kernel does not say what the work waits for");
                }
                boolean fails = count >= first && count <= last;
                String effect = effect(asked);
                if (!fails) {
                    look.before(effect);
                    passed.add(effect);
                }
                cut |= fails;
                answer.fill((byte) 0);
                answer.set(JAVA_LONG, 0, asked.get(JAVA_LONG, 0));
                answer.set(JAVA_INT, 16, fails ? -EIO : 0);
                answer.set(JAVA_INT, 20, fails || effect.endsWith("sync") || effect.equals("syncfs") ? 0 : LET_PASS);
                int _ = call(IOCTL, descriptor, SEND, answer);
            }
            return cut;
        }
    }

    private static boolean isAsked(MemorySegment poll) {
        return call(POLL, poll, 1L, -1) > 0 && (poll.get(JAVA_SHORT, 6) & POLLIN) != 0;
    }

    private static String effect(MemorySegment asked) {
        Effect effect = EFFECTS.get(asked.get(JAVA_INT, 16));
        if (effect == null || effect.path() < 0) {
            return effect == null ? "?" : effect.name();
        }
        long address = asked.get(ValueLayout.JAVA_LONG, ARGUMENTS + 8L * effect.path());
        String path = address == 0
                ? "" // of a descriptor
                : MemorySegment.ofAddress(address).reinterpret(4_096).getString(0);
        return effect.name() + " " + path.substring(path.lastIndexOf('/') + 1);
    }
}
