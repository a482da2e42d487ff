package vm_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/monctl/monctl/pkg/jsonnet/syntax"
	"github.com/monctl/monctl/pkg/jsonnet/vm"
)

// TestWritePprof reads a profile back, field by field.
func TestWritePprof(t *testing.T) {
	p := vm.NewProfile()
	e := vm.NewMachine(syntax.Parse).New(vm.Options{Profile: p})
	if _, err := e.Snippet(t.Context(), "p", "local f(n) = if n < 2 then n else f(n - 1) + f(n - 2); f(15)"); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := p.WritePprof(&b, time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	var sum [2]uint64
	texts := map[string]bool{}
	for field, value := range fields(t, data) {
		if field == 6 {
			texts[string(value)] = true
		}
		if field == 2 { // a sample
			for field, packed := range fields(t, value) {
				if field != 2 {
					continue
				}
				for i := range sum {
					v, n := protowire.ConsumeVarint(packed)
					packed = packed[n:]
					sum[i] += v
				}
			}
		}
	}
	took, made := p.Sum()
	if sum != [2]uint64{uint64(took), uint64(made)} || took == 0 || made == 0 {
		t.Errorf("samples sum up to %v, want %v and %v", sum, took, made)
	}
	for _, want := range []string{"", "time", "nanoseconds", "space", "bytes", "function <f> p"} {
		if !texts[want] {
			t.Errorf("the table has no %q: %v", want, texts)
		}
	}
}

// fields yields the fields of a message; numbers have no bytes.
func fields(t *testing.T, data []byte) func(yield func(protowire.Number, []byte) bool) {
	t.Helper()
	return func(yield func(protowire.Number, []byte) bool) {
		for len(data) > 0 {
			field, kind, n := protowire.ConsumeTag(data)
			if n < 0 {
				t.Fatal("no field")
			}
			data = data[n:]
			var value []byte
			if kind == protowire.BytesType {
				value, n = protowire.ConsumeBytes(data)
			} else {
				_, n = protowire.ConsumeVarint(data)
			}
			if n < 0 {
				t.Fatal("no value")
			}
			data = data[n:]
			if !yield(field, value) {
				return
			}
		}
	}
}
