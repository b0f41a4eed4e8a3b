"""A whole session with a study: from the start form over the cases to the verified, copied and reported end.

`desk.StudyDesk` leads it, `port.StudyDeskPort` is what windows ask of it and `states.StudyDeskState` what
they show. The protocol itself (which screen follows which) is `capture_app.session.reading`.
"""
