//go:build !linux

package startup

// giveBack does nothing where the kernel does not offer it.
func giveBack() {}
