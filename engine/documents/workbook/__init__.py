"""A department's facts as a workbook: the form to fill in, and the same form read.

``layout`` says which sheets, columns and rows there are, for a ruleset; ``template`` writes them, ``reading``
reads them as the tree of text with places that ``engine.facts.reading`` reads from any other file. Every sheet has
the same head: a title in row 1, labels in row 2, and in row 3 the names by which the columns are known.
"""
