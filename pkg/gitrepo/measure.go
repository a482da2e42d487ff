package gitrepo

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
)

// measure refuses a pack whose objects are too large once they are inflated
// and their deltas applied. It has to come before indexing, which builds every
// object in memory.
func (c *Client) measure(remote, pack string) error {
	f, err := os.Open(pack)
	if err != nil {
		return err
	}
	defer f.Close()
	scanner := packfile.NewScanner(f)
	_, objects, err := scanner.Header()
	if err != nil {
		return fmt.Errorf("read the pack: %w", err)
	}
	tooLarge := &SizeError{Remote: remote, What: "the content", Limit: c.opts.MaxInflated}
	left := c.opts.MaxInflated
	for range objects {
		header, err := scanner.NextObjectHeader()
		if err != nil {
			return fmt.Errorf("read the pack: %w", err)
		}
		if left -= header.Length; left < 0 || header.Length < 0 {
			return tooLarge
		}
		head := &prefix{limit: 2 * binary.MaxVarintLen64}
		if _, _, err := scanner.NextObject(head); err != nil {
			return fmt.Errorf("read the pack: %w", err)
		}
		if header.Type == plumbing.OFSDeltaObject || header.Type == plumbing.REFDeltaObject {
			size, err := deltaTarget(head.data)
			if err != nil {
				return err
			}
			if left -= size; left < 0 {
				return tooLarge
			}
		}
	}
	return nil
}

// deltaTarget reads the size of what a delta makes: the second of the two
// numbers that it begins with.
func deltaTarget(head []byte) (int64, error) {
	_, n := binary.Uvarint(head)
	if n <= 0 {
		return 0, errors.New("read the pack: a delta without sizes")
	}
	size, n := binary.Uvarint(head[n:])
	if n <= 0 || size > math.MaxInt64 {
		return 0, errors.New("read the pack: a delta without sizes")
	}
	return int64(size), nil
}

// prefix keeps the beginning of what is written to it.
type prefix struct {
	data  []byte
	limit int
}

var _ io.Writer = (*prefix)(nil)

// Write implements io.Writer.
func (p *prefix) Write(b []byte) (int, error) {
	p.data = append(p.data, b[:min(len(b), p.limit-len(p.data))]...)
	return len(b), nil
}
