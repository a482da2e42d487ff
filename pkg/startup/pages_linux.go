package startup

import (
	"os"
	"strconv"
	"strings"
	"syscall"
)

// giveBack has the kernel forget which pages of the program's file this process
// has looked at: those of its code and of its constants, never one that can be
// written to. Looking at one again costs a fault that finds it in the page
// cache, which brings its neighbours along. Where something fails, nothing is
// given back, and all is as it was.
//
// A debugger writes its breakpoints into copies of such pages, which would be
// forgotten too; so nothing is given back to one that is attached. Probes of
// the kernel in this program (uprobes) are to be set when it runs.
func giveBack() {
	exe, err := os.Executable()
	if err != nil || traced() {
		return
	}
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return
	}
	for line := range strings.Lines(string(maps)) {
		if from, to, ok := readOnly(line, exe); ok {
			// The range is the kernel's own, and what is in it stays readable.
			_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, from, to-from, syscall.MADV_DONTNEED)
		}
	}
}

// traced reports whether a debugger is attached, or whether that cannot be
// known.
func traced() bool {
	status, err := os.ReadFile("/proc/self/status")
	return err != nil || !strings.Contains(string(status), "\nTracerPid:\t0\n")
}

// readOnly returns the range of addresses of a line of /proc/self/maps, if it
// is of that file, private and not to be written to:
//
//	00400000-03f40000 r-xp 00000000 fe:00 12068139    /usr/bin/monctl
func readOnly(line, file string) (from, to uintptr, ok bool) {
	fields := strings.Fields(line)
	if len(fields) < 6 || len(fields[1]) != 4 || fields[1][0] != 'r' || fields[1][1] != '-' || fields[1][3] != 'p' ||
		!strings.HasSuffix(strings.TrimSuffix(line, "\n"), " "+file) {
		return 0, 0, false
	}
	first, last, found := strings.Cut(fields[0], "-")
	a, errFirst := strconv.ParseUint(first, 16, strconv.IntSize)
	b, errLast := strconv.ParseUint(last, 16, strconv.IntSize)
	return uintptr(a), uintptr(b), found && errFirst == nil && errLast == nil
}
