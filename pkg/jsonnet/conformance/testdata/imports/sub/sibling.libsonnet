{ sibling: true }
