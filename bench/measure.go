package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// command is one process to run to its end.
type command struct {
	path string
	args []string
	dir  string
}

func (c command) String() string { return strings.Join(append([]string{c.path}, c.args...), " ") }

// usage is what one or several processes took.
type usage struct {
	wall time.Duration
	cpu  time.Duration // user and system
	rss  int64         // bytes; the largest of several processes
}

// measure runs the commands one after the other, as a shell script would.
// Times add up. A command that fails is an error, with what it wrote.
func measure(ctx context.Context, commands []command) (usage, error) {
	var total usage
	for _, c := range commands {
		u, err := measureOne(ctx, c)
		if err != nil {
			return usage{}, err
		}
		total.wall += u.wall
		total.cpu += u.cpu
		total.rss = max(total.rss, u.rss)
	}
	return total, nil
}

func measureOne(ctx context.Context, c command) (usage, error) {
	cmd := exec.CommandContext(ctx, c.path, c.args...)
	cmd.Dir = c.dir
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	start := time.Now()
	err := cmd.Run()
	wall := time.Since(start)
	if err != nil {
		return usage{}, fmt.Errorf("run %s: %w\n%s", c, err, tail(out.Bytes()))
	}
	rusage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return usage{}, fmt.Errorf("run %s: this system accounts no resources", c)
	}
	return usage{
		wall: wall,
		cpu:  cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(),
		rss:  maxRSS(rusage),
	}, nil
}

// tail keeps the end of a program's output, where the reason for its failure
// usually stands.
func tail(out []byte) []byte {
	const limit = 2000
	if len(out) > limit {
		return append([]byte("…"), out[len(out)-limit:]...)
	}
	return out
}
