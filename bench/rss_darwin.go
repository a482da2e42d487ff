package main

import "syscall"

// maxRSS is the peak resident memory in bytes, which macOS counts in.
func maxRSS(r *syscall.Rusage) int64 { return r.Maxrss }
