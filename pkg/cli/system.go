package cli

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"
)

// System is the process as the commands see it.
type System struct {
	Args   []string // without the program's name
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	// Getenv looks a variable up.
	Getenv func(name string) (string, bool)
	// Dir is the working directory, absolute.
	Dir string
	// Interrupt makes a context that ends when the person interrupts.
	Interrupt func(context.Context) (context.Context, context.CancelFunc)
	// Reload makes a channel that receives when the operator asks for a reload.
	Reload func(context.Context) (<-chan os.Signal, func())
	// Terminal says whether Stdout and Stderr are terminals, and how wide the
	// first is; 0 if unknown.
	StdoutTerminal, StderrTerminal bool
	Width                          int
}

// Process is the process itself.
func Process() System {
	dir, err := os.Getwd()
	if err != nil {
		dir = "." // commands that need it report what is wrong with it
	}
	s := System{
		Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Getenv: os.LookupEnv, Dir: dir,
		Interrupt: func(ctx context.Context) (context.Context, context.CancelFunc) {
			return signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
		},
	}
	s.Reload = func(context.Context) (<-chan os.Signal, func()) {
		c := make(chan os.Signal, 1)
		signal.Notify(c, syscall.SIGHUP)
		return c, func() { signal.Stop(c); close(c) }
	}
	s.StdoutTerminal = term.IsTerminal(int(os.Stdout.Fd())) //nolint:gosec // a file descriptor fits
	s.StderrTerminal = term.IsTerminal(int(os.Stderr.Fd())) //nolint:gosec // a file descriptor fits
	if s.StdoutTerminal {
		s.Width, _, _ = term.GetSize(int(os.Stdout.Fd())) //nolint:gosec // a file descriptor fits
	}
	return s
}
