package main

import "syscall"

// maxRSS is the peak resident memory in bytes; Linux counts kibibytes.
func maxRSS(r *syscall.Rusage) int64 { return r.Maxrss * 1024 }
