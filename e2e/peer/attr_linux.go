package peer

import "syscall"

// attributes makes the kernel end a child when the test's process is gone, so
// that a test that runs into its time limit leaves no server behind.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
