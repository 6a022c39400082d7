"""Parts that Word's and Excel's formats share: the package, the walk through its XML, and where replacements go."""
