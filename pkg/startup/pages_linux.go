package startup

import (
	"debug/elf"
	"encoding/binary"
	"io"
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
// A page that is a copy would be lost. There are two that cannot be written to:
// a constant that the dynamic loader has relocated, in a position-independent
// program, and code in which a debugger has put a breakpoint. Whether a mapping
// has copies stands in /proc/self/smaps, for which the kernel looks at each of
// its pages, which takes ten times as long as giving them back.
func giveBack() {
	exe, err := os.Executable()
	if err != nil || traced() {
		return
	}
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return
	}
	constants := fixed()
	for line := range strings.Lines(string(maps)) {
		r, code, ok := readOnly(line, exe)
		if !ok || !code && !constants {
			continue
		}
		// The range is the kernel's own, and what is in it stays readable.
		_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, r.from, r.to-r.from, syscall.MADV_DONTNEED)
	}
}

// traced reports whether a debugger is attached, or that cannot be told.
func traced() bool {
	status, err := os.ReadFile("/proc/self/status")
	return err != nil || !strings.Contains(string(status), "\nTracerPid:\t0\n")
}

// fixed reports whether the program stands where its file says, so that nothing
// of it is relocated.
func fixed() bool {
	f, err := os.Open("/proc/self/exe")
	if err != nil {
		return false
	}
	defer f.Close()                  // only read
	var head [elf.EI_NIDENT + 2]byte // and e_type
	if _, err := io.ReadFull(f, head[:]); err != nil {
		return false
	}
	return elf.Type(binary.NativeEndian.Uint16(head[elf.EI_NIDENT:])) == elf.ET_EXEC
}

// addresses is a range of them, without the last.
type addresses struct{ from, to uintptr }

// readOnly returns the range that a line of /proc/self/maps is about, and
// whether it is code, if it maps the file, privately and not to be written to.
//
//	00400000-03f40000 r-xp 00000000 fe:00 12068139    /usr/bin/monctl
func readOnly(line, file string) (r addresses, code, ok bool) {
	fields := strings.Fields(line)
	if len(fields) < 6 || len(fields[1]) != 4 || fields[1][0] != 'r' || fields[1][1] != '-' || fields[1][3] != 'p' ||
		!strings.HasSuffix(strings.TrimSuffix(line, "\n"), " "+file) {
		return addresses{}, false, false
	}
	first, last, found := strings.Cut(fields[0], "-")
	from, errFirst := strconv.ParseUint(first, 16, strconv.IntSize)
	to, errLast := strconv.ParseUint(last, 16, strconv.IntSize)
	return addresses{uintptr(from), uintptr(to)}, fields[1][2] == 'x', found && errFirst == nil && errLast == nil
}
