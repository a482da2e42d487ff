package vendoring

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
)

// errStop ends the walk of a sum where jb's ends.
var errStop = errors.New("the sum ends here")

// sumDir computes the sum of a directory below root. A link is followed as far
// as it stays within the directory.
func sumDir(ctx context.Context, root *os.Root, dir string) (string, error) {
	sub, err := root.OpenRoot(dir)
	if err != nil {
		return "", err
	}
	defer sub.Close()
	hash := sha256.New()
	err = fs.WalkDir(sub.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case d.IsDir():
			return nil
		case d.Type()&fs.ModeSymlink != 0:
			if info, err := sub.Stat(name); err != nil || !info.Mode().IsRegular() {
				return errStop //nolint:nilerr // jb ends here, whatever the reason
			}
		case !d.Type().IsRegular():
			return fmt.Errorf("%s is neither a file nor a directory nor a link", path.Join(dir, name))
		}
		f, err := sub.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = io.Copy(hash, f)
		return err
	})
	if err != nil && !errors.Is(err, errStop) {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(hash.Sum(nil)), nil
}
