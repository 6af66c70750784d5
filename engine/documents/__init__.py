"""What auditors and departments work in: workbooks in, score sheets and reports out, figures read from a report.

``package`` opens the zip files of Office with suspicion; ``workbook`` is the form that a department fills in,
written and read; ``report`` turns a scoring into a page, a workbook, a Word document or Markdown; ``extraction``
reads figures and claims from a narrative report.
"""
