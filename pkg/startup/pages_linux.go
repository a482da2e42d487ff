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
func giveBack() {
	exe, err := os.Executable()
	if err != nil {
		return
	}
	maps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		return
	}
	for _, r := range untouched(string(maps), exe) {
		// The range is the kernel's own, and what is in it stays readable.
		_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, r.from, r.to-r.from, syscall.MADV_DONTNEED)
	}
}

// addresses is a range of them, without the last.
type addresses struct{ from, to uintptr }

// untouched returns the ranges of /proc/self/smaps that map the file and hold
// what it holds: they are private, cannot be written to, and never were. What
// the dynamic loader has relocated in a position-independent program, and a page
// with the breakpoint of a debugger, are copies (Anonymous, or Swap), which would
// be lost.
//
//	00400000-03f40000 r-xp 00000000 fe:00 12068139    /usr/bin/monctl
//	Size:              61696 kB
//	Anonymous:             0 kB
//	Swap:                  0 kB
func untouched(smaps, file string) []addresses {
	var out []addresses
	of := false // whether the lines are about the last range in out
	for line := range strings.Lines(smaps) {
		key, rest, found := strings.Cut(line, ":")
		switch {
		case !found || strings.Contains(key, "-"): // a mapping begins
			var r addresses
			if r, of = readOnly(line, file); of {
				out = append(out, r)
			}
		case of && (key == "Anonymous" || key == "Swap") && strings.TrimSpace(rest) != "0 kB":
			out, of = out[:len(out)-1], false
		}
	}
	return out
}

// readOnly returns the range that the first line of a mapping is about, if it
// maps the file, privately and not to be written to.
func readOnly(line, file string) (addresses, bool) {
	fields := strings.Fields(line)
	if len(fields) < 6 || len(fields[1]) != 4 || fields[1][0] != 'r' || fields[1][1] != '-' || fields[1][3] != 'p' ||
		!strings.HasSuffix(strings.TrimSuffix(line, "\n"), " "+file) {
		return addresses{}, false
	}
	first, last, found := strings.Cut(fields[0], "-")
	from, errFirst := strconv.ParseUint(first, 16, strconv.IntSize)
	to, errLast := strconv.ParseUint(last, 16, strconv.IntSize)
	return addresses{uintptr(from), uintptr(to)}, found && errFirst == nil && errLast == nil
}
