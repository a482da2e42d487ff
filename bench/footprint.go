package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// ticks is how many clock ticks of /proc make a second: USER_HZ, which is 100
// on every architecture Go runs on.
const ticks = 100

// footprint is what a running process has taken.
type footprint struct {
	cpu float64 // seconds since its start, user and system
	rss float64 // bytes resident now
}

// readFootprint reads /proc, so the servers at rest are measured on Linux only.
// The fields are described in proc(5).
func readFootprint(pid int) (footprint, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return footprint{}, fmt.Errorf("read what a server takes: %w", err)
	}
	return parseStat(stat, os.Getpagesize())
}

func parseStat(stat []byte, pageSize int) (footprint, error) {
	// The second field is the program's name in parentheses, which may hold
	// anything; the third field follows the last closing one.
	_, rest, ok := strings.Cut(string(stat[max(bytes.LastIndexByte(stat, ')'), 0):]), ") ")
	fields := strings.Fields(rest)
	const utime, stime, rss = 14 - 3, 15 - 3, 24 - 3
	if !ok || len(fields) <= rss {
		return footprint{}, fmt.Errorf("read what a server takes: %q is no stat line", stat)
	}
	var numbers [3]float64
	for i, field := range []int{utime, stime, rss} {
		n, err := strconv.ParseFloat(fields[field], 64)
		if err != nil {
			return footprint{}, fmt.Errorf("read what a server takes: %w", err)
		}
		numbers[i] = n
	}
	return footprint{cpu: (numbers[0] + numbers[1]) / ticks, rss: numbers[2] * float64(pageSize)}, nil
}
