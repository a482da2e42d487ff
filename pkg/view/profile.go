package view

import (
	"fmt"
	"strconv"
	"strings"
)

// Profile is where the evaluation of Jsonnet spent time and memory.
type Profile struct {
	// Seconds and Bytes are the sums over all evaluations; what runs at the
	// same time counts in full.
	Seconds float64 `json:"seconds"`
	Bytes   int64   `json:"bytes"`
	// Functions and Files are sorted by their own time, the longest first.
	Functions []ProfileLine `json:"functions"`
	Files     []ProfileLine `json:"files"`
}

// ProfileLine is what a function or a file took.
type ProfileLine struct {
	// File is "" for what belongs to no file, monctl's own code for instance.
	File string `json:"file,omitempty"`
	// Function names the code as stack traces do; "" is the outermost
	// expression of a file, "parse" the parsing of it. It is not set for the
	// lines of Files.
	Function string `json:"function,omitempty"`
	// SelfSeconds is the time in the code itself, TotalSeconds that in what
	// it called too.
	SelfSeconds  float64 `json:"self_seconds"`
	TotalSeconds float64 `json:"total_seconds"`
	// SelfBytes and TotalBytes are the memory of the values made, as the
	// engine accounts for it.
	SelfBytes  int64 `json:"self_bytes"`
	TotalBytes int64 `json:"total_bytes"`
}

// maxProfiled is how many lines of each table of a profile text shows.
const maxProfiled = 20

// profile draws two tables, by function and by file.
func (t *textWriter) profile(p Profile) {
	t.printf("%s\n", t.styled(bold, fmt.Sprintf("Jsonnet took %s and made %s of values", seconds(p.Seconds), bytes(p.Bytes))))
	t.profileTable("function", p.Functions, func(l ProfileLine) string {
		switch {
		case l.File == "" && l.Function == "":
			return "(monctl)"
		case l.Function == "":
			return l.File
		case l.File == "":
			return l.Function
		}
		return l.Function + "  " + l.File
	})
	t.profileTable("file", p.Files, func(l ProfileLine) string {
		if l.File == "" {
			return "(monctl)"
		}
		return l.File
	})
	t.out.WriteByte('\n')
}

func (t *textWriter) profileTable(what string, lines []ProfileLine, name func(ProfileLine) string) {
	t.printf("%s\n", t.styled(bold, fmt.Sprintf("%9s %9s %10s %10s  %s", "self", "total", "self mem", "total mem", what)))
	for i, l := range lines {
		if i == maxProfiled && len(lines) > maxProfiled+1 {
			t.printf("%41s  … %d more\n", "", len(lines)-maxProfiled)
			break
		}
		t.printf("%9s %9s %10s %10s  %s\n", seconds(l.SelfSeconds), seconds(l.TotalSeconds), bytes(l.SelfBytes), bytes(l.TotalBytes), plain(name(l)))
	}
}

// seconds writes a duration with about three digits.
func seconds(s float64) string {
	switch {
	case s >= 10:
		return strconv.FormatFloat(s, 'f', 1, 64) + " s"
	case s >= 1:
		return strconv.FormatFloat(s, 'f', 2, 64) + " s"
	case s >= 0.0995:
		return strconv.FormatFloat(s*1e3, 'f', 0, 64) + " ms"
	default:
		return strconv.FormatFloat(s*1e3, 'f', 2, 64) + " ms"
	}
}

// bytes writes a size in binary units.
func bytes(n int64) string {
	const units = "KMGT"
	x, unit := float64(n), -1
	for x >= 1023.95 && unit < len(units)-1 {
		x /= 1024
		unit++
	}
	if unit < 0 {
		return strconv.FormatInt(n, 10) + " B"
	}
	return strings.TrimSuffix(strconv.FormatFloat(x, 'f', 1, 64), ".0") + " " + units[unit:unit+1] + "iB"
}
