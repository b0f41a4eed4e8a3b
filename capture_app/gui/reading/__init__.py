"""What the reader sees of a study beside a bare image: questions, answers, breaks, the end of a case.

`reading_screens.ReadingScreens` lies over the reader's window; `screen_widgets` says how one kind of screen
plugs into it.
"""
