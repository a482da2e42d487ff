error 'import ' + 'evaluated'
