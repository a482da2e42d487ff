package secret

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
)

// maxSize bounds the file of a secret, in bytes. The largest secrets in use
// are certificate chains.
const maxSize = 1 << 20

// Provider knows the values of secrets. It is safe for concurrent use.
type Provider interface {
	// Lookup returns the value of a secret, and whether there is one. An error
	// means that the answer could not be found out.
	Lookup(ctx context.Context, name string) (value string, ok bool, err error)
}

// ProviderFunc is a function as a Provider.
type ProviderFunc func(ctx context.Context, name string) (string, bool, error)

// Lookup calls f.
func (f ProviderFunc) Lookup(ctx context.Context, name string) (string, bool, error) {
	return f(ctx, name)
}

// EnvironmentName returns the environment variable that holds a secret:
// "slack/url" is in MONCTL_SECRET_SLACK_URL.
func EnvironmentName(name string) string {
	return "MONCTL_SECRET_" + flatten(strings.ToUpper(name))
}

// flatten writes everything that is neither letter nor digit as "_".
func flatten(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, name)
}

// Environment returns the Provider of an environment, which lookup reads.
func Environment(lookup func(string) (string, bool)) Provider {
	return ProviderFunc(func(_ context.Context, name string) (string, bool, error) {
		value, _ := lookup(EnvironmentName(name))
		return value, value != "", nil
	})
}

// Directory returns the Provider of a directory with a file a secret:
// "slack/url" is in slack/url or, for mounts that cannot have directories, in
// slack_url. One line break at the end does not belong to the value.
func Directory(dir fs.FS) Provider {
	return ProviderFunc(func(_ context.Context, name string) (string, bool, error) {
		for _, file := range []string{name, strings.ReplaceAll(name, "/", "_")} {
			if !fs.ValidPath(file) {
				return "", false, fmt.Errorf("secret name %q is not a file name", name)
			}
			value, err := readFile(dir, file)
			switch {
			case errors.Is(err, fs.ErrNotExist):
				continue
			case err != nil:
				return "", false, fmt.Errorf("read secret %q: %w", name, err)
			}
			return value, value != "", nil
		}
		return "", false, nil
	})
}

func readFile(dir fs.FS, name string) (string, error) {
	f, err := dir.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if info.IsDir() { // "slack" beside "slack/url"
		return "", fs.ErrNotExist
	}
	data, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return "", err
	}
	if len(data) > maxSize {
		return "", fmt.Errorf("file %s is larger than %d bytes", name, maxSize)
	}
	value := strings.TrimSuffix(string(data), "\n")
	return strings.TrimSuffix(value, "\r"), nil
}

// Chain returns the Provider that asks several, in order, until one knows the
// secret. The chain of none knows nothing.
func Chain(providers ...Provider) Provider {
	providers = slices.Clone(providers)
	return ProviderFunc(func(ctx context.Context, name string) (string, bool, error) {
		for _, p := range providers {
			if value, ok, err := p.Lookup(ctx, name); ok || err != nil {
				return value, ok, err
			}
		}
		return "", false, nil
	})
}

// Resolve looks several secrets up, each once. It returns the values of those
// that have one and the names of the others, sorted.
func Resolve(ctx context.Context, p Provider, names []string) (values map[string]string, unresolved []string, err error) {
	values = map[string]string{}
	for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
		value, ok, err := p.Lookup(ctx, name)
		if err != nil {
			return nil, nil, err
		}
		if !ok {
			unresolved = append(unresolved, name)
			continue
		}
		values[name] = value
	}
	return values, unresolved, nil
}
